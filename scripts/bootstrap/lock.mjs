import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { log } from './error.mjs'

const retryMs = 200

/**
 * Does the work while no other process of this machine holds the lock; waits as long as its holder lives.
 * A lock whose holder is gone (killed, power cut) is taken over.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true })
  await acquire(path)
  const release = () => rmSync(path, { force: true })
  process.on('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

/** @param {string} path */
async function acquire(path) {
  let told = false
  while (!tryCreate(path)) {
    const holder = read(path)
    if (holder !== undefined && !isAlive(holder)) {
      remove(path, holder)
      continue
    }
    if (!told) log(`another run (process ${holder}) is preparing this folder; waiting for it ...`)
    told = true
    await sleep(retryMs)
  }
}

/** @param {string} path */
function tryCreate(path) {
  const own = `${path}.${process.pid}`
  // Written aside and linked, so that no one ever reads a lock without its holder's id.
  writeFileSync(own, String(process.pid))
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(own, { force: true })
  }
}

/**
 * Removes a dead holder's lock. Between our look and our move another run may have done the same and taken the lock:
 * then it is put back.
 * @param {string} path @param {string} holder
 */
function remove(path, holder) {
  const aside = `${path}.dead-${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  try {
    if (read(aside) !== holder) linkSync(aside, path)
  } finally {
    rmSync(aside, { force: true })
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** @param {string} pid */
function isAlive(pid) {
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** @param {unknown} error */
const codeOf = (error) => (error instanceof Error && 'code' in error ? error.code : undefined)
