export { type Seals, sealsWith } from './lib/seals/seals.ts'
