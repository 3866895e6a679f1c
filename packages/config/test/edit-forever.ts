// Edits the configuration file given as argument over and over until it is killed or, with a count, that many times.
import { ConfigFile } from '../src/lib/file.ts'

const [path = '', id = '', times = 'Infinity'] = process.argv.slice(2)
const file = await ConfigFile.open(path, { lockWaitMs: 15_000 })
process.stdout.write('ready')
for (let turn = 0; turn < Number(times); turn += 1) {
  await file.edit((editor) => editor.addKey({ id: `${id}-${turn}`, name: 'n', keyHash: `${id}-${turn}` }))
}
