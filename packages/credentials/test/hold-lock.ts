// Takes a lock of the store given as argument, says so, and holds it until it is killed or told to end on standard input.
import { once } from 'node:events'
import { EncryptedFileStore } from '../src/lib/encrypted-file-store.ts'
import { importMasterKey } from '../src/lib/master-key.ts'

const [file = '', path = '', staleMs = ''] = process.argv.slice(2)
const masterKey = importMasterKey(new Uint8Array(32).fill(1))
const store = new EncryptedFileStore({ file, masterKey: async () => masterKey, staleMs: Number(staleMs) })
await store.lock(path, async (held) => {
  process.stdout.write('held\n')
  await once(process.stdin, 'data')
  process.stdout.write((await held.stillHeld()) ? 'still held\n' : `lost, aborted: ${held.signal.aborted}\n`)
})
process.exit()
