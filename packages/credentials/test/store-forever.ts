// Writes records of the store given as argument until it is killed, or so many times, each over the version it has read.
import { EncryptedFileStore } from '../src/lib/encrypted-file-store.ts'
import { importMasterKey } from '../src/lib/master-key.ts'
import { Secret } from '../src/lib/secret.ts'

const [file = '', path = '', times = 'Infinity'] = process.argv.slice(2)
const masterKey = importMasterKey(new Uint8Array(32).fill(1))
const store = new EncryptedFileStore({ file, masterKey: async () => masterKey })
for (let turn = 0; turn < Number(times); turn += 1) {
  await store.lock(path, async () => {
    const before = await store.read(path)
    const count = Number(before?.secret.reveal().split(' ')[0] ?? 0) + 1
    const secret = new Secret(`${count} ${'x'.repeat(20_000)}`)
    const result = await store.write(path, secret, { ifVersion: before?.version ?? 'absent' })
    if (!result.ok) throw new Error('a write was lost within the lock')
    // Told only when it is durable.
    process.stdout.write(`${count}\n`)
  })
}
