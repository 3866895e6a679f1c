import type { DatabaseSync } from 'node:sqlite'
import { LedgerError } from '../ledger.ts'
import { transaction } from './sqlite.ts'

/** What a cell of the roll-up counts. Sums, so that cells add up to any group. */
export const measures = [
  'requests',
  'successes',
  'errors',
  'client_left',
  'interrupted',
  'attempts',
  'failed_attempts',
  'throttled_attempts',
  'input',
  'cache_read',
  'cache_write',
  'output',
  'reasoning',
  'estimated',
  'cost_nano_usd',
  'unpriced',
  'bytes_in',
  'bytes_out',
] as const

export type Measure = (typeof measures)[number]

/** Each brings a database from the version of its index to the next; one that was published is never changed. */
const migrations: readonly string[] = [
  `
  CREATE TABLE requests (
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    dialect TEXT NOT NULL,
    stream INTEGER NOT NULL,
    model TEXT,
    account TEXT,
    status INTEGER,
    outcome TEXT NOT NULL,
    error_code TEXT,
    error TEXT,
    duration_ms REAL NOT NULL,
    first_token_ms REAL,
    duration_bucket INTEGER NOT NULL,
    first_token_bucket INTEGER,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    session TEXT
  );
  CREATE INDEX requests_at ON requests (at);

  -- outcome is NULL while the attempt runs.
  CREATE TABLE attempts (
    request_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    account TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    upstream_model TEXT NOT NULL,
    dialect TEXT NOT NULL,
    outcome TEXT,
    status INTEGER,
    duration_ms REAL,
    first_token_ms REAL,
    error_class TEXT,
    error TEXT,
    upstream_request_id TEXT,
    input INTEGER,
    cache_read INTEGER,
    cache_write INTEGER,
    cache_write_1h INTEGER,
    output INTEGER,
    reasoning INTEGER,
    estimated INTEGER,
    cost_nano_usd INTEGER,
    price_version TEXT,
    UNIQUE (request_id, number)
  );
  CREATE INDEX attempts_at ON attempts (at);
  CREATE INDEX attempts_running ON attempts (at) WHERE outcome IS NULL;
  CREATE INDEX attempts_failed ON attempts (account, at) WHERE error_class IS NOT NULL;

  -- Sums by UTC day, counted in days since 1970; they outlive the rows above.
  CREATE TABLE daily (
    day INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    account TEXT NOT NULL,
    model TEXT NOT NULL,
    ${measures.map((name) => `${name} INTEGER NOT NULL DEFAULT 0`).join(', ')},
    last_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, key_id, account, model)
  ) WITHOUT ROWID;

  -- Durations of successful requests: how many fell into each bucket.
  CREATE TABLE daily_latency (
    day INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    account TEXT NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, key_id, account, model, kind, bucket)
  ) WITHOUT ROWID;
  `,
  // Rows lie in the order of their ids, which is the order they come in: one tree for each table, and no index by time for attempts.
  `
  CREATE TABLE requests_by_id (
    id TEXT PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    dialect TEXT NOT NULL,
    stream INTEGER NOT NULL,
    model TEXT,
    account TEXT,
    status INTEGER,
    outcome TEXT NOT NULL,
    error_code TEXT,
    error TEXT,
    duration_ms REAL NOT NULL,
    first_token_ms REAL,
    duration_bucket INTEGER NOT NULL,
    first_token_bucket INTEGER,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    session TEXT
  ) WITHOUT ROWID;
  INSERT INTO requests_by_id SELECT * FROM requests;
  DROP TABLE requests;
  ALTER TABLE requests_by_id RENAME TO requests;
  CREATE INDEX requests_at ON requests (at);

  CREATE TABLE attempts_by_request (
    request_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    account TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    upstream_model TEXT NOT NULL,
    dialect TEXT NOT NULL,
    outcome TEXT,
    status INTEGER,
    duration_ms REAL,
    first_token_ms REAL,
    error_class TEXT,
    error TEXT,
    upstream_request_id TEXT,
    input INTEGER,
    cache_read INTEGER,
    cache_write INTEGER,
    cache_write_1h INTEGER,
    output INTEGER,
    reasoning INTEGER,
    estimated INTEGER,
    cost_nano_usd INTEGER,
    price_version TEXT,
    PRIMARY KEY (request_id, number)
  ) WITHOUT ROWID;
  INSERT INTO attempts_by_request SELECT * FROM attempts;
  DROP TABLE attempts;
  ALTER TABLE attempts_by_request RENAME TO attempts;
  CREATE INDEX attempts_running ON attempts (request_id) WHERE outcome IS NULL;
  CREATE INDEX attempts_failed ON attempts (account, at) WHERE error_class IS NOT NULL;
  `,
]

/**
 * Brings a database to this version's schema.
 *
 * @param to an earlier version, for tests of what is made of its files.
 * @throws LedgerError `TOO_NEW` when a later version of the gateway made it.
 */
export function migrate(db: DatabaseSync, to: number = migrations.length): void {
  const version = versionOf(db)
  if (version > migrations.length) throw tooNew(version)
  if (version === to) return
  transaction(db, () => {
    for (const migration of migrations.slice(versionOf(db), to)) db.exec(migration)
    db.exec(`PRAGMA user_version = ${to}`)
  })
}

/** @throws LedgerError when a reader cannot make sense of the database. */
export function checkReadable(db: DatabaseSync): void {
  const version = versionOf(db)
  if (version > migrations.length) throw tooNew(version)
  if (version === migrations.length) return
  throw new LedgerError(
    'NOT_FOUND',
    version === 0
      ? 'the ledger is empty: no server has written to it yet'
      : 'the ledger is of an older version: start the server once to bring it up to date',
  )
}

function versionOf(db: DatabaseSync): number {
  const row = db.prepare('PRAGMA user_version').get() as { user_version: number }
  return row.user_version
}

function tooNew(version: number): LedgerError {
  return new LedgerError(
    'TOO_NEW',
    `the ledger is of version ${version}, made by a newer LLM Gateway; this one knows ${migrations.length}: use the newer one, or name another file in ledger.file`,
  )
}
