import fc from 'fast-check'

// The same cases at every run, so that a red test is red for everybody. `FC_SEED=random` looks for new ones.
const seed = process.env.FC_SEED
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed ?? 20_261_123) })
