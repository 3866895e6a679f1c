/**
 * What stands for a line of the user's document:
 * - `text`: it promises nothing that a program could keep;
 * - `walked`: the step of document.test.ts that does it;
 * - `proofs`: tests elsewhere, as `file :: words of the test`, or files that are the thing itself;
 * - `instead`: what is done here instead, and why, where the document speaks of the older program;
 * - `state`: where a row of the roadmap stands.
 */
export interface Cover {
  readonly text?: true
  readonly walked?: string
  readonly proofs?: readonly string[]
  readonly instead?: string
  readonly state?: 'done' | 'partly' | 'open'
}

const server = 'apps/gateway-server/test'
const router = 'packages/router/src/lib'
const text: Cover = { text: true }
const proven = (...proofs: string[]): Cover => ({ proofs })
const walked = (step: string, ...proofs: string[]): Cover => ({ walked: step, proofs })

/** By how a line, or the first line within a block, begins. Lines that are commands of ours need none: they are typed as they stand. */
export const covers: Readonly<Record<string, Cover>> = {
  '[English](README.md)': proven('README.md', 'README.zh-CN.md'),
  '🚀 高性能、多供应商': text,

  '- **多供应商支持**': proven(
    `${server}/matrix/matrix.test.ts :: an upstream that speaks $dialect`,
    `${server}/azure.test.ts :: an Azure upstream`,
    `${server}/gemini-endpoints.test.ts`,
  ),
  '- **格式自动检测**': walked(
    'both formats are detected, whatever the path says',
    'packages/gateway/src/lib/layers/detect.test.ts',
    'packages/converter/test/laws-request.test.ts',
  ),
  '- **智能负载均衡**': proven(
    `${router}/select/health-first.test.ts :: prefers the account that answers faster`,
    `${server}/failover.test.ts :: every request is served when one of two accounts commits`,
  ),
  '- **OAuth & API Key 支持**': walked(
    'an OAuth account logs in, is told of, and is refreshed',
    `${server}/oauth.test.ts :: 500 requests with a token that has ended cause one refresh`,
    `${server}/audience.test.ts :: serves Claude Code, byte for byte and under its own headers`,
  ),
  '- **CLI 管理**': proven(
    'docs/reference/cli.md',
    'apps/gateway-cli/test/reference.test.ts :: tells of every command as it is',
  ),
  '- **高性能**': proven(
    'bench/README.md',
    `${server}/keep-alive.test.ts`,
    `${server}/streams.test.ts :: is one of a hundred whose streams run side by side`,
  ),
  '- **生产就绪**': proven(
    `${server}/log.test.ts :: every request leaves one line`,
    `${server}/lifecycle.test.ts :: lets open streams end`,
    `${server}/metrics.test.ts`,
    `${server}/sdk-errors.test.ts`,
  ),

  '客户端请求（任意格式）': proven('packages/gateway/src/gateway.ts'),
  '- **服务器**': proven(
    'packages/gateway/src/gateway.ts',
    `${server}/limits.test.ts`,
    `${server}/cors.test.ts`,
    `${server}/log.test.ts`,
  ),
  '- **转换器**': proven(
    'packages/converter/test/laws-request.test.ts',
    'packages/converter/test/laws-split.test.ts',
    'packages/converter/test/laws-truncation.test.ts',
  ),
  '- **路由器**': proven(`${router}/router.test.ts :: Router.health`),
  '- **客户端管理器**': walked(
    'gateway keys are listed, shown, removed and disabled',
    'packages/access/src/lib/key-ring.test.ts',
  ),
  '- **上游管理器**': walked(
    'upstream accounts are listed, shown, removed, disabled and enabled',
    `${server}/oauth.test.ts`,
  ),
  '- **配置管理器**': proven(
    'packages/config/src/lib/save.test.ts :: leaves the old or the new text whole',
    'packages/config/src/lib/edit.test.ts :: an edit changes only its own lines',
    `${server}/lifecycle.test.ts :: is in force within a moment`,
  ),

  '- Go 1.21 或更高版本': {
    instead: 'Node.js 20 and npm; the pinned Node.js is brought along',
    proofs: ['scripts/run.mjs'],
  },
  '- Git': text,
  'git clone https://github.com/iBreaker/llm-gateway.git\ncd llm-gateway\ngo build': {
    instead: 'npm start builds and starts; ./llm-gateway builds what changed',
    proofs: ['scripts/run.mjs', 'llm-gateway'],
  },
  'docker build -t llm-gateway .': {
    instead: 'no container engine runs in the tests: its steps are tried by hand, the entry point by a test',
    proofs: ['Dockerfile', 'deploy/docker/entrypoint.test.ts'],
  },

  'curl -X POST http://localhost:3847/v1/chat/completions': walked(
    'the request of the document is answered by the Anthropic account in OpenAI’s words',
  ),

  网关使用位于: walked('the first command writes ~/.llm-gateway/config.yaml'),
  'server:\n': walked('the YAML of the document loads as it is, with every value it sets'),

  '- `GET /health`': walked('every endpoint of the document answers'),
  '- `POST /v1/chat/completions`': walked('every endpoint of the document answers', `${server}/sdk-openai.test.ts`),
  '- `POST /v1/completions`': walked('every endpoint of the document answers', `${server}/legacy-completions.test.ts`),
  '- `POST /v1/messages`': walked('every endpoint of the document answers', `${server}/sdk-anthropic.test.ts`),
  网关自动检测并转换以下格式: walked('both formats are detected, whatever the path says'),
  '- **OpenAI 格式**': walked('both formats are detected, whatever the path says', `${server}/sdk-openai.test.ts`),
  '- **Anthropic 格式**': walked(
    'both formats are detected, whatever the path says',
    `${server}/sdk-anthropic.test.ts`,
  ),
  '所有 API 请求都需要': walked('every request needs a gateway key'),
  'Authorization: Bearer your-gateway-api-key': walked('every request needs a gateway key'),

  '# 运行所有测试': {
    instead:
      'npm test, npm test -- PATH; servers are tested over sockets beside the rest. There is no report of coverage',
    proofs: ['scripts/run.mjs', 'CONTRIBUTING.md'],
  },

  网关实现了健康优先路由策略: proven('packages/config/test/reference.test.ts', `${router}/select/health-first.test.ts`),
  '1. **健康监控**': proven(
    `${router}/health.test.ts`,
    `${router}/drill.test.ts :: brings an account back within 36 s of its recovery`,
  ),
  '2. **智能选择**': proven(`${router}/select/health-first.test.ts :: prefers the account that fails less`),
  '3. **自动故障转移**': proven(
    `${server}/failover.test.ts :: a thousand of a thousand requests are served when one of two accounts refuses connections`,
  ),
  '4. **断路器**': proven(`${router}/breaker.test.ts :: opens at the fifth failure in a row`),

  '- **API Key 认证**': walked(
    'every request needs a gateway key',
    `${server}/bad-input.test.ts :: guessing keys is throttled`,
  ),
  '- **请求验证**': proven(`${server}/bad-input.test.ts :: nothing of all this reached a provider`),
  '- **速率限制**': proven(`${server}/limits.test.ts :: 100 a minute under 200 concurrent clients admit exactly 100`),
  '- **安全存储**': walked(
    'an Anthropic account with an API key is added, its key encrypted',
    'packages/credentials/src/lib/cipher.test.ts',
    `${server}/oauth.test.ts :: tokens are in the encrypted store`,
  ),
  '- **环境变量**': walked('env lists, sets, shows and unsets the proxies', 'packages/upstream/src/lib/proxy.test.ts'),
  '- **CORS 支持**': proven(`${server}/cors.test.ts`),

  '- **结构化日志**': proven(`${server}/log.test.ts :: every request leaves one line that says who asked what of whom`),
  '- **使用统计**': proven(
    'apps/gateway-cli/test/stats.test.ts :: stats reads the file',
    `${server}/ledger.test.ts :: adds up to what the providers counted`,
  ),
  '- **健康指标**': walked('status and health tell how everything is', `${server}/metrics.test.ts`),
  '- **错误跟踪**': proven(
    `${server}/log.test.ts :: what went wrong stands out by its level`,
    'apps/gateway-cli/test/stats.test.ts :: why tells which accounts were tried and why',
  ),

  '1. Fork 仓库': proven('CONTRIBUTING.md'),
  '2. 创建功能分支': text,
  '3. 提交更改': text,
  '4. 推送到分支': text,
  '5. 开启 Pull Request': text,
  'git clone https://github.com/iBreaker/llm-gateway.git\ncd llm-gateway\ngo mod download': {
    instead: 'node scripts/run.mjs setup, and ./llm-gateway --help',
    proofs: ['scripts/run.mjs', 'CONTRIBUTING.md'],
  },
  '- 遵循 Go 约定': { instead: 'biome and oxlint', proofs: ['biome.json'] },
  '- 使用有意义的变量和函数名': text,
  '- 为复杂逻辑添加注释': text,
  '- 为新功能编写测试': proven('CONTRIBUTING.md'),
  '本项目使用 MIT 许可证': proven('LICENSE'),
  '- **问题反馈**': text,
  '- **讨论交流**': text,
  '- **文档**': proven('docs/README.md', 'apps/gateway-cli/test/docs.test.ts'),

  '- [ ] 支持更多 LLM 供应商': {
    state: 'done',
    proofs: [`${server}/gemini-endpoints.test.ts`, `${server}/azure.test.ts :: an Azure upstream`],
  },
  '- [ ] 管理和监控 WebUI': { state: 'open' },
  '- [ ] Prometheus 指标导出': {
    state: 'done',
    proofs: [
      `${server}/metrics.test.ts :: metrics tell of requests, attempts, tokens, losses and accounts as they were`,
    ],
  },
  '- [ ] Docker Compose 部署': { state: 'done', proofs: ['deploy/compose.yaml'] },
  '- [ ] Kubernetes Helm charts': { state: 'open' },
  '- [ ] 请求缓存和去重': { state: 'open' },
  '- [ ] 高级负载均衡策略': {
    state: 'partly',
    proofs: [
      `${router}/select/health-first.test.ts`,
      `${router}/select/weighted.test.ts`,
      `${router}/select/round-robin.test.ts`,
    ],
  },
  '- [ ] 多租户支持': { state: 'open' },
  '**❤️ 由 LLM Gateway 团队': text,
}
