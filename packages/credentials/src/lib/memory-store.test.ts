import { describe } from 'vitest'
import { testStore } from '../../test/contract-kit.ts'
import { MemoryCredentialStore } from './memory-store.ts'

describe('the memory store', () => {
  testStore({ open: async () => new MemoryCredentialStore() })
})
