// Rotates the master key of the home directory given as argument, and its store with it, over and over until it is killed.
import { join } from 'node:path'
import { EncryptedFileStore } from '../src/lib/encrypted-file-store.ts'
import { openMasterKey } from '../src/lib/master-key.ts'
import { rotateMasterKey } from '../src/lib/master-key-rotation.ts'

const home = process.argv[2] ?? ''
const file = join(home, 'credentials.json')
const store = new EncryptedFileStore({ file, masterKey: (create) => openMasterKey({ home, env: {}, create }) })
for (;;) {
  await rotateMasterKey({ home, env: {} }, (key) => {
    process.stdout.write('p')
    return store.rotate(key)
  })
}
