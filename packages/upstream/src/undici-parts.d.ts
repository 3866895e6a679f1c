// Parts of undici, which have no declarations of their own.
declare module 'undici/lib/api/api-connect.js' {
  import type { Dispatcher } from 'undici'

  const connect: Dispatcher['connect']
  // biome-ignore lint/style/noDefaultExport: CommonJS has no other.
  export default connect
}

declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici'

  // biome-ignore lint/style/noDefaultExport: CommonJS has no other.
  export default Pool
}

declare module 'undici/lib/dispatcher/proxy-agent.js' {
  import { ProxyAgent } from 'undici'

  // biome-ignore lint/style/noDefaultExport: CommonJS has no other.
  export default ProxyAgent
}
