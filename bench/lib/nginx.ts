import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from './connection.ts'
import { cores, pinned } from './pin.ts'
import { freePort, start } from './process.ts'
import { chatRequests, type Skipped, type System, wireBytes } from './system.ts'

/** nginx as a bare reverse proxy that keeps its connections and buffers nothing: what all others are compared with. */
export async function nginx(upstreamPort: number, dir: string): Promise<System | Skipped> {
  const name = 'nginx, bare proxy'
  if (spawnSync('nginx', ['-v']).error) return { name, skipped: 'nginx is not installed (Debian: nginx-light)' }
  const port = await freePort()
  const home = join(dir, 'nginx')
  mkdirSync(home, { recursive: true })
  const file = join(home, 'nginx.conf')
  writeFileSync(file, configuration(port, upstreamPort, home))
  const requests = chatRequests({})
  return {
    name,
    port,
    requests,
    start: () =>
      start({
        command: pinned(cores.system, ['nginx', '-p', home, '-e', 'stderr', '-c', file]),
        ready: async () => requests.json !== undefined && (await once(port, wireBytes(requests.json))) === 200,
      }),
  }
}

function configuration(port: number, upstreamPort: number, home: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${home};`)
  return `
worker_processes 1;
daemon off;
pid ${home}/pid;
error_log stderr;
events { worker_connections 8192; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  keepalive_requests 1000000000;
  upstream provider {
    server 127.0.0.1:${upstreamPort};
    keepalive 1024;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / {
      proxy_pass http://provider;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`
}
