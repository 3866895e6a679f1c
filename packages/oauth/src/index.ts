export { AccountTokens } from './lib/account-tokens.ts'
export { type CallbackServer, type CallbackServerOptions, startCallbackServer } from './lib/callback-server.ts'
export { readCallbackText } from './lib/callback-text.ts'
export { type DeviceLoginOptions, deviceLogin } from './lib/device-login.ts'
export { OAuthError, type OAuthErrorCode } from './lib/error.ts'
export {
  type BegunLogin,
  beginLogin,
  type CallbackAnswer,
  finishLogin,
  forgetTokens,
  isLoopbackRedirect,
  isPending,
  type LoginOptions,
} from './lib/login.ts'
export { OAuthTokens } from './lib/oauth-tokens.ts'
export type {
  HeldSection,
  OAuthClock,
  OAuthFetch,
  OAuthFetchInit,
  RandomBytes,
  StoreCondition,
  StoredText,
  StoreWrite,
  TokenStore,
} from './lib/port.ts'
export {
  type ClientAuthentication,
  type ClientName,
  clientsOf,
  type OAuthProfile,
  type UsableProfile,
  usableProfile,
} from './lib/profile.ts'
export { defaultProfileOf, profilesWith } from './lib/profiles/index.ts'
export type { TokenAccount, TokenOptions, TokenState } from './lib/token-account.ts'
export { MAX_ANSWER_BYTES } from './lib/token-answer.ts'
export type { DeviceGrant } from './lib/token-endpoint.ts'
export {
  expiresAt,
  type GrantedTokens,
  readTokens,
  type TokenProblem,
  type TokenSet,
  tokenPath,
  writeTokens,
} from './lib/token-set.ts'
