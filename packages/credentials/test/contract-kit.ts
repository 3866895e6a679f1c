import { expect, it } from 'vitest'
import { type ContractOptions, credentialStoreContract } from '../src/testing.ts'

/** Registers the contract's cases as tests; each gets a store of its own. */
export function testStore(options: ContractOptions): void {
  it.each([...credentialStoreContract(options)])('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
}
