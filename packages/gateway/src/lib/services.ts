import type { BudgetRefusal, FailedAuthThrottle, Hold, RateLimiter } from '@llm-gateway/access'
import type { Router } from '@llm-gateway/router'
import type { UpstreamClient } from '@llm-gateway/upstream'
import type { Account, Client } from './state.ts'

/** The call an attempt belongs to. */
export interface DispatchedCall {
  readonly id: string
  readonly client: { readonly id: string } | undefined
  /** As the client named it. */
  readonly model: string
}

/** What is known of an attempt before it is sent. */
export interface Sent {
  readonly account: string
  readonly provider: string
  readonly number: number
  readonly startedAt: number
  /** The same moment by `tick`. */
  readonly startedTick: number
  readonly dialect: string
  readonly model: string
}

/** What a request of a key with a budget may cost, as far as it can be told before it is sent. */
export interface Expense {
  readonly client: Client
  /** The account that is asked first. */
  readonly account: string
  readonly provider: string
  /** As it is sent upstream. */
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
}

/** Knows what keys have spent, and what things cost. */
export interface BudgetPort {
  /** Why a key with a budget may spend no more for now. */
  check(client: Client): BudgetRefusal | undefined
  /**
   * The same, or what the request may cost is held. The hold is in the record that `observe` is given, once and however the request
   * ends: whoever counts its cost releases it.
   */
  reserve(expense: Expense): Hold | BudgetRefusal | undefined
}

/** What the layers work with: made once, kept over reloads. */
export interface Services {
  readonly router: Router
  readonly upstream: UpstreamClient
  readonly limiter: RateLimiter
  readonly failedAuth: FailedAuthThrottle
  /**
   * The headers that carry an account's credential.
   *
   * @throws NoCredentialError, at once or later, when there is none to be had.
   */
  authorize(account: Account): Record<string, string> | Promise<Record<string, string>>
  /**
   * Told that the provider refused these headers of `authorize` with 401.
   *
   * @returns whether `authorize` has others now, with which the request is sent once more.
   */
  renew?(account: Account, refused: Readonly<Record<string, string>>): Promise<boolean>
  /** Holds keys to what they may spend. Default: nobody is held to it. */
  readonly budgets?: BudgetPort
  /**
   * Told of every attempt as it is sent, so that one whose gateway dies is known of; `observe` tells how it ended. Must not throw
   * and must not wait.
   */
  dispatched?(call: DispatchedCall, attempt: Sent): void
  /** Takes every secret the gateway knows out of a text before a person sees it. */
  redact(text: string): string
  /** Milliseconds since the epoch: what is written down. It may be set forwards and back. */
  readonly now: () => number
  /** Milliseconds, from any origin, of a clock that is never set: what spans of time are measured by. */
  readonly tick: () => number
  /** A fresh id for a request. */
  readonly newId: () => string
}
