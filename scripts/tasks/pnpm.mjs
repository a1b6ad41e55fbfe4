import { spawnSync } from 'node:child_process'

// The pinned pnpm, for what the other tasks do not cover: `npm run pnpm -- --filter @connect-integration/server add -D x`.
const { status } = spawnSync('pnpm', process.argv.slice(2), { stdio: 'inherit', shell: process.platform === 'win32' })
process.exitCode = status ?? 1
