export { type ContractCase, contractCases } from './lib/contract.ts'
export { requestRow } from './lib/sample-rows.ts'
