export { type ReadOnlyContractOptions, readOnlyStoreContract } from './lib/read-only-contract.ts'
export { type ContractCase, type ContractOptions, credentialStoreContract } from './lib/store-contract.ts'
