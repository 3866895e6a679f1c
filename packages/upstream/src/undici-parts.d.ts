// A part of undici, which has no declarations of its own.
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici'

  // biome-ignore lint/style/noDefaultExport: CommonJS has no other.
  export default Pool
}
