export { type ContractCase, type ContractOptions, credentialStoreContract } from './lib/store-contract.ts'
