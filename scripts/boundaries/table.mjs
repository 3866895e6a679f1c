/**
 * Who may import whom. A package that is not named here imports no sibling: it declares the port it needs, and an app
 * fits the two together. A new edge comes with a decision record in docs/decisions/.
 * @type {Record<string, string[]>}
 */
export const allowedEdges = {
  'packages/gateway': ['packages/access', 'packages/converter', 'packages/router', 'packages/upstream'],
  'apps/gateway-cli': ['packages/*', 'apps/gateway-server'],
  'apps/*': ['packages/*'],
}

/**
 * What tests may import besides: a scripted upstream is worth more than a mock.
 * @type {Record<string, string[]>}
 */
export const allowedInTests = {
  'packages/gateway': ['packages/simulator'],
  'packages/oauth': ['packages/simulator'],
  'packages/upstream': ['packages/simulator'],
}

/**
 * What tests of every package and app may import by its path: helpers for tests, which import nothing of the workspace themselves.
 */
export const testKit = 'test-kit'

/**
 * What sources (not tests) may not read or call. A name with `()` bans the call only: `options.now ?? Date.now` is how
 * a default is given.
 * @typedef {object} Ban
 * @property {string} name
 * @property {string[]} in
 * @property {string[]} [except] Members or files.
 * @property {string} why
 *
 * @type {Ban[]}
 */
export const bans = [
  {
    name: 'process.env',
    in: ['packages/*'],
    except: ['packages/config', 'packages/credentials'],
    why: 'take it as an option: only apps, config and credentials know the environment',
  },
  { name: 'console', in: ['packages/*'], why: 'take a log function as an option: the output belongs to the app' },
  ...['Date.now()', 'new Date()', 'performance.now()', 'Math.random()'].map((name) => ({
    name,
    in: ['packages/converter', 'packages/router'],
    except: ['packages/converter/src/lib/ambient.ts'],
    why: 'take the clock and the dice as options, so that tests are exact',
  })),
]

/**
 * @param {string[]} patterns Members (`packages/router`) or all of a folder (`packages/*`).
 * @param {string} member
 */
export const covers = (patterns, member) =>
  patterns.some((pattern) => pattern === member || (pattern.endsWith('/*') && member.startsWith(pattern.slice(0, -1))))

/**
 * @param {Record<string, string[]>} table
 * @param {string} member
 * @returns {string[]} the row of the member itself, else that of its folder, else nothing
 */
export const rowOf = (table, member) => table[member] ?? table[`${member.slice(0, member.indexOf('/'))}/*`] ?? []
