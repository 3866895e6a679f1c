import type { CommandClass } from '../command-line/clipanion.ts'
import type { CommandContext } from '../command-line/gateway-command.ts'
import { ApikeyAdd } from './apikey/add.ts'
import { ApikeyDisable } from './apikey/disable.ts'
import { ApikeyEnable } from './apikey/enable.ts'
import { ApikeyList } from './apikey/list.ts'
import { ApikeyRemove } from './apikey/remove.ts'
import { ApikeyShow } from './apikey/show.ts'
import { ApikeyStats } from './apikey/stats.ts'
import { ApikeyUpdate } from './apikey/update.ts'
import { Completion } from './completion.ts'
import { ConfigEncrypt } from './config/encrypt.ts'
import { ConfigPath } from './config/path.ts'
import { ConfigRewrite } from './config/rewrite.ts'
import { ConfigRotateKey } from './config/rotate-key.ts'
import { ConfigSchema } from './config/schema.ts'
import { ConfigShow } from './config/show.ts'
import { ConfigValidate } from './config/validate.ts'
import { Convert } from './convert.ts'
import { EnvList } from './env/list.ts'
import { EnvSet } from './env/set.ts'
import { EnvShow } from './env/show.ts'
import { EnvUnset } from './env/unset.ts'
import { Health } from './health.ts'
import { OauthCallback } from './oauth/callback.ts'
import { OauthRefresh } from './oauth/refresh.ts'
import { OauthStart } from './oauth/start.ts'
import { OauthStatus } from './oauth/status.ts'
import { RouteAdd } from './route/add.ts'
import { RouteDefault } from './route/default.ts'
import { RouteList } from './route/list.ts'
import { RouteRemove } from './route/remove.ts'
import { RouteTest } from './route/test.ts'
import { ServerReload } from './server/reload.ts'
import { ServerStart } from './server/start.ts'
import { ServerStatusCommand } from './server/status.ts'
import { ServerStop } from './server/stop.ts'
import { Stats } from './stats.ts'
import { Status } from './status.ts'
import { UpstreamAdd } from './upstream/add.ts'
import { UpstreamDisable } from './upstream/disable.ts'
import { UpstreamEnable } from './upstream/enable.ts'
import { UpstreamList } from './upstream/list.ts'
import { UpstreamRemove } from './upstream/remove.ts'
import { UpstreamShow } from './upstream/show.ts'
import { UpstreamTest } from './upstream/test.ts'
import { UpstreamUpdate } from './upstream/update.ts'
import { Why } from './why.ts'

/** Every command, in the order help lists them. */
export const commands: readonly CommandClass<CommandContext>[] = [
  ServerStart,
  ServerStop,
  ServerStatusCommand,
  ServerReload,
  Status,
  Health,
  Stats,
  Why,
  ApikeyAdd,
  ApikeyList,
  ApikeyShow,
  ApikeyStats,
  ApikeyUpdate,
  ApikeyEnable,
  ApikeyDisable,
  ApikeyRemove,
  UpstreamAdd,
  UpstreamList,
  UpstreamShow,
  UpstreamTest,
  UpstreamUpdate,
  UpstreamEnable,
  UpstreamDisable,
  UpstreamRemove,
  RouteAdd,
  RouteList,
  RouteTest,
  RouteDefault,
  RouteRemove,
  OauthStart,
  OauthCallback,
  OauthStatus,
  OauthRefresh,
  EnvList,
  EnvSet,
  EnvShow,
  EnvUnset,
  ConfigShow,
  ConfigValidate,
  ConfigPath,
  ConfigSchema,
  ConfigRewrite,
  ConfigEncrypt,
  ConfigRotateKey,
  Convert,
  Completion,
]
