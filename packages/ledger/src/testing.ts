export { type ContractCase, contractCases, requestRow } from './lib/contract.ts'
