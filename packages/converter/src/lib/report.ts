import { ConversionError } from './chat/error.ts'
import type { Loss, Report } from './chat/loss.ts'

/** More losses than this are not told apart: a hostile body could otherwise make a report larger than itself. */
const maxLosses = 200

/** Gathers the losses of one conversion, each once. */
export class LossReport implements Report {
  readonly losses: Loss[] = []
  readonly #seen = new Set<string>()

  dropped(path: string, detail: string): void {
    this.#add({ path, kind: 'dropped', detail })
  }

  approximated(path: string, detail: string): void {
    this.#add({ path, kind: 'approximated', detail })
  }

  invented(path: string, detail: string): void {
    this.#add({ path, kind: 'invented', detail })
  }

  refuse(path: string, detail: string): never {
    throw new ConversionError('UNSUPPORTED', `${path}: ${detail}`, { path })
  }

  #add(loss: Loss): void {
    const key = `${loss.kind} ${loss.path} ${loss.detail}`
    if (this.losses.length >= maxLosses || this.#seen.has(key)) return
    this.#seen.add(key)
    this.losses.push(loss)
  }
}
