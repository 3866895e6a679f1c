import type { AccountConfig } from './account-config.ts'
import { isSection, valueAt } from './data.ts'
import { type Environment, expandReferences } from './env.ts'
import { ConfigError } from './error.ts'
import type { DataPath } from './issue.ts'
import type { KeyConfig } from './key-config.ts'
import { findLegacy, type LegacyKey, QWEN } from './legacy.ts'
import type { DefaultBehavior, RouteConfig } from './route-config.ts'
import { findSecrets, type SecretPlace } from './secret-places.ts'
import { accountToFile, keyToFile, routeToFile } from './to-file.ts'
import { YamlText } from './yaml-text.ts'

/** A gateway key to add. What is left out takes its default. */
export type KeyInput = Pick<KeyConfig, 'id' | 'name' | 'keyHash'> & Partial<KeyConfig>

/** An upstream account to add; `apiKey` is written as given, so it may be `${VAR}`, `file:…` or `enc:v1:…`. */
export type AccountInput = Pick<AccountConfig, 'id' | 'name' | 'type' | 'provider'> &
  Partial<Omit<AccountConfig, 'legacyTokens'>>

/** A route to add. */
export type RouteInput = Pick<RouteConfig, 'source'> & Partial<RouteConfig>

/** Properties to change; one that is given as undefined is removed from the file. */
export type Patch<T> = { [K in keyof Omit<T, 'id'>]?: T[K] | undefined }

/** A variable of the `environment` section. */
export type EnvironmentName = 'http_proxy' | 'https_proxy' | 'no_proxy'

/** Changes the text of a configuration file and leaves everything else of it as it is. */
export class ConfigEditor {
  readonly #yaml: YamlText
  readonly #env: Environment

  /** @throws {@link ConfigError} `EDIT_UNSUPPORTED` when the text is not YAML. */
  constructor(text: string, env: Environment = {}) {
    this.#yaml = new YamlText(text)
    this.#env = env
  }

  /** The text with the changes made so far. */
  toString(): string {
    return this.#yaml.toString()
  }

  /** Adds a gateway key. */
  addKey(key: KeyInput): void {
    this.#yaml.append(['gateway_keys'], keyToFile(key))
  }

  /** Changes a gateway key. @throws {@link ConfigError} `NOT_FOUND` */
  updateKey(id: string, patch: Patch<KeyConfig>): void {
    this.#patch(this.#find('gateway_keys', id, 'gateway key'), keyToFile(patch))
  }

  /** Removes a gateway key. @throws {@link ConfigError} `NOT_FOUND` */
  removeKey(id: string): void {
    this.#yaml.delete(this.#find('gateway_keys', id, 'gateway key'))
  }

  /** Adds an upstream account. */
  addAccount(account: AccountInput): void {
    this.#yaml.append(['upstream_accounts'], accountToFile(account))
  }

  /** Changes an upstream account. @throws {@link ConfigError} `NOT_FOUND` */
  updateAccount(id: string, patch: Patch<Omit<AccountConfig, 'legacyTokens'>>): void {
    this.#patch(this.#find('upstream_accounts', id, 'upstream account'), accountToFile(patch))
  }

  /** Removes an upstream account. @throws {@link ConfigError} `NOT_FOUND` */
  removeAccount(id: string): void {
    this.#yaml.delete(this.#find('upstream_accounts', id, 'upstream account'))
  }

  /** Adds a model route after the others: a global one, or one of a gateway key. @throws {@link ConfigError} `NOT_FOUND` */
  addRoute(route: RouteInput, key?: string): void {
    this.#yaml.append(this.#routesPath(key), routeToFile(route))
  }

  /** Removes the model route with this id or, where none has it, this source model. @throws `NOT_FOUND` */
  removeRoute(idOrSource: string, key?: string): void {
    const path = this.#routesPath(key)
    const routes = listAt(this.#yaml.data, path)
    const byId = routes.findIndex((route) => this.#reads(valueAt(route, ['id']), idOrSource))
    const sources = ['source_model', 'source', 'model']
    const bySource = routes.findIndex((route) =>
      sources.some((name) => this.#reads(valueAt(route, [name]), idOrSource)),
    )
    const index = byId < 0 ? bySource : byId
    if (index < 0) throw new ConfigError('NOT_FOUND', `no model route has the id or source model "${idOrSource}"`)
    this.#yaml.delete([...path, index])
  }

  /** Says what becomes of models that no route matches: globally, or for a gateway key. @throws `NOT_FOUND` */
  setDefaultBehavior(behavior: DefaultBehavior, key?: string): void {
    const path = [...this.#keyPath(key), 'model_routes']
    const set = valueAt(this.#yaml.data, path)
    if (!isSection(set) && behavior === 'passthrough') return
    // A list has no place for it.
    if (!isSection(set)) this.#yaml.nest(path, 'routes')
    this.#yaml.set([...path, 'default_behavior'], behavior)
  }

  /** Sets a proxy variable, or removes it when the value is undefined. */
  setEnvironment(name: EnvironmentName, value: string | undefined): void {
    if (value === undefined) this.#yaml.delete(['environment', name])
    else this.#yaml.set(['environment', name], value)
  }

  /** Every secret of the file and what stands for one, in the order of the file's sections. */
  secrets(): SecretPlace[] {
    const readId = (id: unknown): string | undefined =>
      typeof id === 'string' ? expandReferences(id, this.#env).text : undefined
    return findSecrets(this.#yaml.data, readId).map((place) =>
      place.kind === 'clear' ? { ...place, value: expandReferences(place.value, {}).text } : place,
    )
  }

  /** What stands at a path in the file, references unresolved; undefined where nothing does. */
  get(path: DataPath): unknown {
    return valueAt(this.#yaml.data, path)
  }

  /** Writes any value at any path, by the names of the file: `set(['logging', 'level'], 'debug')`. */
  set(path: DataPath, value: unknown): void {
    this.#yaml.set(path, value)
  }

  /** Writes many values at once, as {@link set} does; none of the paths leads to another. For long files, and for values with aliases. */
  setAll(values: Iterable<readonly [path: DataPath, value: unknown]>): void {
    this.#yaml.together(() => {
      for (const [path, value] of values) this.#yaml.set(path, value)
    })
  }

  /** Removes whatever stands at a path. */
  delete(path: DataPath): void {
    this.#yaml.delete(path)
  }

  /**
   * Brings what the older Go program wrote up to date: renames its keys and removes those that mean nothing here; comments stay.
   * An account's OAuth tokens stay unless `dropTokens` says that they are kept elsewhere by now.
   *
   * @param options `dropTokens`: for all accounts, or by the account's position.
   * @returns What was changed, for people.
   */
  rewriteLegacy(options: { readonly dropTokens?: boolean | ((account: number) => boolean) } = {}): string[] {
    const data = this.#yaml.data
    const { dropTokens = false } = options
    const drops = (account: number): boolean => (typeof dropTokens === 'boolean' ? dropTokens : dropTokens(account))
    const done: string[] = []
    this.#yaml.together(() => {
      for (const { path, key } of findLegacy(data)) {
        if (key === undefined) done.push(this.#modernise(path, valueAt(data, path)))
        else if (key.token !== true || drops(Number(path[1]))) done.push(this.#rewriteKey(path, key))
      }
    })
    return done
  }

  #rewriteKey(path: DataPath, { renamed }: LegacyKey): string {
    const value = this.get(path)
    if (renamed === undefined || Number(value) === 0 || this.#yaml.has([...path.slice(0, -1), renamed])) {
      this.#yaml.delete(path, { keepComments: true })
      return `removed ${path.join('.')}`
    }
    this.#yaml.rename(path, renamed)
    return `renamed ${path.join('.')} to ${renamed}`
  }

  #modernise(path: DataPath, value: unknown): string {
    if (value !== QWEN.provider) {
      this.#yaml.set(path, 'active')
      return `set ${path.join('.')} to active`
    }
    const account = path.slice(0, -1)
    this.#yaml.set(path, QWEN.becomes)
    if (!this.#yaml.has([...account, 'base_url'])) this.#yaml.set([...account, 'base_url'], QWEN.baseUrl)
    if (!this.#yaml.has([...account, 'models'])) this.#yaml.set([...account, 'models'], [...QWEN.models])
    return `set ${path.join('.')} to ${QWEN.becomes}`
  }

  #find(list: string, id: string, thing: string): DataPath {
    const index = listAt(this.#yaml.data, [list]).findIndex((item) => this.#reads(valueAt(item, ['id']), id))
    if (index < 0) throw new ConfigError('NOT_FOUND', `no ${thing} has the id "${id}"`)
    return [list, index]
  }

  /** Whether a value of the file, references resolved, is this text. */
  #reads(value: unknown, text: string): boolean {
    return typeof value === 'string' && expandReferences(value, this.#env).text === text
  }

  #patch(path: DataPath, values: Record<string, unknown>): void {
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) this.#yaml.delete([...path, key])
      else this.#yaml.set([...path, key], value)
    }
  }

  #routesPath(key: string | undefined): DataPath {
    const path = [...this.#keyPath(key), 'model_routes']
    return isSection(valueAt(this.#yaml.data, path)) ? [...path, 'routes'] : path
  }

  #keyPath(key: string | undefined): DataPath {
    return key === undefined ? [] : this.#find('gateway_keys', key, 'gateway key')
  }
}

function listAt(data: unknown, path: DataPath): readonly unknown[] {
  const value = valueAt(data, path)
  return Array.isArray(value) ? value : []
}
