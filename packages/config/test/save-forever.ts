// Saves the file given as argument over and over, alternating between two texts, until it is killed.
import { saveAtomically } from '../src/lib/save.ts'

const file = process.argv[2] ?? ''
process.stdout.write('ready')
for (let turn = 0; ; turn += 1) await saveAtomically(file, (turn % 2 === 0 ? 'even\n' : 'odd\n').repeat(40_000))
