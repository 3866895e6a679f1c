import { readFileSync } from 'node:fs'

const document = readFileSync(new URL('../../../fixtures/user-document.zh-CN.md', import.meta.url), 'utf8')

/** The configuration as the user's document shows it. */
export const DOCUMENT_SAMPLE: string = /^```yaml\n(.*?)^```$/ms.exec(document)?.[1] ?? ''

/** The same as people keep it: with comments, blank lines, odd spacing and every kind of quote. */
export const COMMENTED_SAMPLE: string = `# our gateway   (ask ops before changing)
server:
  host: '127.0.0.1'   # loopback
  port: 3847


# keys
gateway_keys:
  # the first team
  - id: gw_1
    name: 'team: one'     # renamed in May
    key_hash: "${'a1'.repeat(32)}"
    permissions: [ read,write ]
    status: active

  # the second team
  - id: gw_2
    name: "two"
    key_hash: "${'b2'.repeat(32)}"
    status: active

upstream_accounts: []   # none yet

model_routes:
- source_model: "gpt-*" # dashes at the margin
  target_model: claude-opus-4-1
logging: {level: info,   format: json}
environment:
    http_proxy:    # none
    no_proxy: localhost,127.0.0.1
# the end
`

/** A file as the older Go program wrote it: yaml.v2's spelling, every key it had. */
export const GO_SAMPLE: string = `server:
  host: 0.0.0.0
  port: 3847
  timeout_seconds: 30
  web:
    enabled: true
    password: admin123
proxy:
  request_timeout_seconds: 60
  stream_timeout_seconds: 300
  connect_timeout_seconds: 0
  tls_timeout_seconds: 10
  idle_conn_timeout_seconds: 90
  response_timeout_seconds: 60
gateway_keys:
- id: gw_0123456789abcdef
  name: 团队API
  key_hash: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  permissions:
  - read
  - write
  status: active
  rate_limit:
    requests_per_minute: 60
    requests_per_hour: 0
    requests_per_day: 0
  model_routes:
    routes:
    - id: route_1725500000000
      source_model: gpt-*
      target_model: qwen3-coder-plus
      target_provider: qwen
      priority: 1
      enabled: true
      description: ""
    default_behavior: passthrough
    enable_logging: true
  usage:
    total_requests: 12
    successful_requests: 12
    error_requests: 0
    last_used_at: 2025-09-01T10:11:12.123456789+08:00
    avg_latency_ms: 812.5
  created_at: 2025-08-24T09:00:00+08:00
  updated_at: 2025-09-01T10:11:12.123456789+08:00
  expires_at: 2030-01-01T00:00:00Z
upstream_accounts:
- id: upstream_1756000000000000000
  name: prod
  type: api-key
  status: error
  provider: anthropic
  api_key: sk-ant-xxxxx
  usage:
    total_requests: 3
    successful_requests: 1
    error_requests: 2
    tokens_used: 0
    last_used_at: 2025-09-01T10:11:12+08:00
    last_error_at: 2025-09-01T10:11:12+08:00
    avg_latency_ms: 100
    error_rate: 0.66
  last_health_check: 2025-09-01T10:11:12+08:00
  health_status: unhealthy
  created_at: 2025-08-24T09:00:00+08:00
  updated_at: 2025-09-01T10:11:12+08:00
- id: upstream_1756000000
  name: qwen login
  type: oauth
  status: active
  provider: qwen
  client_id: some-client
  client_secret: some-secret
  access_token: old-access
  refresh_token: old-refresh
  resource_url: portal.qwen.ai
  expires_at: 2025-09-01T16:00:00+08:00
  health_status: healthy
  created_at: 2025-08-25T09:00:00+08:00
  updated_at: 2025-08-25T09:00:00+08:00
model_routes:
  routes: []
  default_behavior: ""
  enable_logging: false
logging:
  level: info
  format: json
  file: ""
environment:
  http_proxy: ""
  https_proxy: ""
  no_proxy: localhost,127.0.0.1,::1
`
