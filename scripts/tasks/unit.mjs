import { spawnSync } from 'node:child_process'

// Straight through: `npm run unit -- --project node packages/server -t "a name"`.
const { status } = spawnSync('vitest', ['run', ...process.argv.slice(2)], { stdio: 'inherit', shell: process.platform === 'win32' })
process.exitCode = status ?? 1
