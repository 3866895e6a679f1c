/** The file a first run writes: every section, with what can be set and its default in comments. */
export function defaultConfigText(): string {
  return STARTER
}

const STARTER = `# LLM Gateway. Changes take effect while the server runs; a file with a mistake changes nothing.
# Durations are seconds, or "250ms", "30s", "5m", "1h". Any value may be read from the environment:
# \${NAME}, \${NAME:-default} or \${NAME:?message}; a literal "\${" is written "$\${".

server:
  # Only this machine. A wider address needs an active gateway key and an admin secret.
  host: "127.0.0.1"
  port: 3847
  # timeout: 120          # for a client to send its whole request
  # drain_timeout: "30s"  # for open requests to end after a stop
  # body_limit: "32MiB"
  # cors:
  #   origins: ["https://chat.example.com"]

# How long an upstream call may take. The defaults are made for models that think long.
proxy:
  # request_timeout: 600   # a whole call that is not streamed
  # stream_timeout: 300    # silence within a stream, never its length
  # response_timeout: 300  # the wait for a stream's head
  connect_timeout: 10
  tls_timeout: 10
  idle_conn_timeout: 90

# What clients authenticate with. Make one with: llm-gateway apikey add --name="my team"
gateway_keys: []

# Whom requests go to. Add one with: llm-gateway upstream add --type=api-key --provider=anthropic --name=... --key=...
upstream_accounts: []
#  - id: "upstream_main"
#    name: "main"
#    type: "api-key"
#    provider: "anthropic"    # anthropic, openai, azure, google, openai-compatible, simulator
#    api_key: "\${ANTHROPIC_API_KEY}"
#    status: "active"

# What a client's model name means, if not itself.
model_routes: []
#  - source_model: "gpt-*"
#    target_model: "claude-opus-4-1"

routing:
  strategy: "health-first" # or weighted, round-robin
  # health_check: { interval: 60s } # ask each provider for its models now and then: free, and finds refused keys early

# What requests used and cost: an SQLite file in this directory.
ledger:
  enabled: true
  retention_days: 90 # single requests; sums by day are kept for good

# Prices in dollars for a million tokens, where the built-in ones are not yours.
prices: []
#  - { model: "my-model*", input: 0.5, output: 1.5 }

logging:
  level: "info" # debug, info, warn, error
  # format: "json"     # or text; without it, text on a terminal and json elsewhere
  # file: "gateway.log" # instead of standard error; SIGHUP opens it anew after a rotation

# The proxy between the gateway and its providers.
environment:
  http_proxy: ""
  https_proxy: ""
  no_proxy: "localhost,127.0.0.1,::1"
`
