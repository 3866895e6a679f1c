import { parentPort, workerData } from 'node:worker_threads'
import { DirectStore, ledgerError } from './lib/sqlite/store.ts'
import type { WorkerReply, WorkerRequest, WorkerSettings } from './lib/sqlite/worker-store.ts'

const settings = workerData as WorkerSettings
const store = new DirectStore({ ...settings, now: () => Date.now() })

function run(request: WorkerRequest): Promise<unknown> {
  switch (request.op) {
    case 'write':
      return store.write(request.batch)
    case 'ask':
      return store.ask(request.question, request.argument)
    case 'expire':
      return store.expire()
    case 'close':
      return store.close()
  }
}

parentPort?.on('message', (request: WorkerRequest) => {
  run(request).then(
    (value) => reply({ id: request.id, ok: true, value }),
    (cause: unknown) => {
      const { code, message } = ledgerError(cause, settings.file)
      reply({ id: request.id, ok: false, code, message })
    },
  )
})

function reply(message: WorkerReply): void {
  parentPort?.postMessage(message)
}
