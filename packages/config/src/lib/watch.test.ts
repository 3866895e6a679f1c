import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { scratch } from '../../../../test-kit/scratch.ts'
import { type WatchOptions, watchConfig } from './watch.ts'

/** Watches a file and hands out what is reported, in order: texts and the messages of errors. */
class Reports {
  readonly seen: string[] = []
  #wake: () => void = () => undefined

  constructor(file: string, options: Partial<WatchOptions> = {}) {
    const tell = (report: string): void => {
      this.seen.push(report)
      this.#wake()
    }
    const watching = watchConfig(file, {
      debounceMs: 20,
      pollMs: 60_000,
      ...options,
      onChange: (text) => tell(text),
      onError: (error) => tell(`error: ${error.message}`),
    })
    onTestFinished(() => watching.close())
  }

  /** Waits until so many reports have come; the test's own time limit is the only other end. */
  async count(reports: number): Promise<readonly string[]> {
    while (this.seen.length < reports) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.seen
  }
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}

function fileWith(text: string): string {
  const file = join(scratch(), 'config.yaml')
  writeFileSync(file, text)
  return file
}

describe('a watched file', () => {
  it('is reported when it is written in place', async () => {
    const file = fileWith('one')
    const reports = new Reports(file, { initial: 'one' })
    writeFileSync(file, 'two')
    expect(await reports.count(1)).toEqual(['two'])
    writeFileSync(file, 'three')
    expect(await reports.count(2)).toEqual(['two', 'three'])
  })

  it('is reported each time it is renamed over, and when written after that', async () => {
    const file = fileWith('one')
    const reports = new Reports(file, { initial: 'one' })
    for (const [turn, text] of ['two', 'three', 'four'].entries()) {
      replace(file, text)
      await reports.count(turn + 1)
    }
    writeFileSync(file, 'five')
    expect(await reports.count(4)).toEqual(['two', 'three', 'four', 'five'])
  })

  it('is reported when the directory it links into is swapped, as Kubernetes does', async () => {
    const directory = scratch()
    const version = (name: string, text: string): void => {
      mkdirSync(join(directory, name))
      writeFileSync(join(directory, name, 'config.yaml'), text)
      symlinkSync(name, join(directory, '..data_tmp'))
      renameSync(join(directory, '..data_tmp'), join(directory, '..data'))
    }
    version('..1', 'one')
    symlinkSync(join('..data', 'config.yaml'), join(directory, 'config.yaml'))
    const reports = new Reports(join(directory, 'config.yaml'), { initial: 'one' })
    version('..2', 'two')
    expect(await reports.count(1)).toEqual(['two'])
    version('..3', 'three')
    expect(await reports.count(2)).toEqual(['two', 'three'])
  })

  it('is followed through a link into another directory', async () => {
    const real = fileWith('one')
    const link = join(scratch(), 'config.yaml')
    symlinkSync(real, link)
    const reports = new Reports(link, { initial: 'older' })
    // The first report shows that the directory of the file itself is watched by then.
    await reports.count(1)
    replace(real, 'two')
    expect(await reports.count(2)).toEqual(['one', 'two'])
  })

  it('is reported at once when it is not what the caller has', async () => {
    expect(await new Reports(fileWith('new'), { initial: 'old' }).count(1)).toEqual(['new'])
  })

  it('is not reported when it was touched but says the same', async () => {
    const file = fileWith('one')
    const reports = new Reports(file, { initial: 'one' })
    writeFileSync(file, 'one')
    replace(file, 'one')
    writeFileSync(join(file, '..', 'other.yaml'), 'x')
    await sleep(80)
    writeFileSync(file, 'two')
    expect(await reports.count(1)).toEqual(['two'])
  })

  it('is read once for a burst of writes', async () => {
    const file = fileWith('one')
    const reports = new Reports(file, { initial: 'one', debounceMs: 80 })
    for (const text of ['', 'tw', 'two', 'two!']) writeFileSync(file, text)
    expect(await reports.count(1)).toEqual(['two!'])
  })

  it('is found by polling where events do not tell', async () => {
    const file = fileWith('one')
    const reports = new Reports(file, { initial: 'one', debounceMs: 60_000, pollMs: 15 })
    await sleep(40)
    writeFileSync(file, 'two')
    expect(await reports.count(1)).toEqual(['two'])
  })

  it('is told of once when it is gone, and reported when it is back', async () => {
    const file = fileWith('one')
    const reports = new Reports(file, { initial: 'one', pollMs: 15 })
    rmSync(file)
    await reports.count(1)
    await sleep(50)
    writeFileSync(file, 'two')
    expect(await reports.count(2)).toEqual([expect.stringContaining('it is gone'), 'two'])
  })

  it('survives its directory being made anew', async () => {
    const directory = join(scratch(), 'home')
    const file = join(directory, 'config.yaml')
    const reports = new Reports(file, { pollMs: 15 })
    await reports.count(1)
    mkdirSync(directory)
    writeFileSync(file, 'one')
    await sleep(60)
    writeFileSync(file, 'two')
    const seen = await reports.count(2)
    expect(seen.at(0)).toContain('it is gone')
    expect(['one', 'two']).toContain(seen.at(1))
  })

  it('is still watched after a callback has thrown', async () => {
    const file = fileWith('one')
    const errors: string[] = []
    const { promise, resolve } = Promise.withResolvers<string>()
    const watching = watchConfig(file, {
      initial: 'one',
      debounceMs: 10,
      pollMs: 60_000,
      onChange: (text) => {
        if (text === 'three') resolve(text)
        else throw new Error('cannot use it')
      },
      onError: (error) => {
        errors.push(error.message)
        writeFileSync(file, 'three')
      },
    })
    onTestFinished(() => watching.close())
    writeFileSync(file, 'two')
    expect(await promise).toBe('three')
    expect(errors).toEqual(['cannot use it'])
  })

  it('is not reported after the watch was closed', async () => {
    const file = fileWith('one')
    const seen: string[] = []
    const watching = watchConfig(file, {
      initial: 'zero',
      debounceMs: 5,
      pollMs: 5,
      onChange: (text) => seen.push(text),
      onError: (error) => seen.push(error.message),
    })
    watching.close()
    writeFileSync(file, 'two')
    await sleep(50)
    expect(seen).toEqual([])
  })
})
