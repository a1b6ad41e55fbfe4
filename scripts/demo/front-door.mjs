// Stands between a browser and a page's server, because not every engine lets a test reach into its network.
import { createServer, request } from 'node:http'

const REPORTS = '/what-the-policy-refused'

/**
 * @param {string} target the server's address
 * @returns `violations`, one line for each thing that the page's content security policy has refused;
 *   `broken`, a pattern: requests whose path matches get no answer;
 *   `policy`, what becomes of the server's policy on its way to the page
 */
export async function openFrontDoor(target) {
  const { hostname, port } = new URL(target)
  const door = {
    url: '',
    /** @type {string[]} */
    violations: [],
    /** @type {RegExp | null} */
    broken: null,
    /** @type {(policy: string) => string} */
    policy: (policy) => policy,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url: path } = incoming
    if (path === REPORTS) return note(incoming, outgoing)
    if (door.broken?.test(path)) return outgoing.destroy()
    const onward = request({ hostname, port, path, method, headers }, (answer) => {
      const policy = answer.headers['content-security-policy']
      if (policy) answer.headers['content-security-policy'] = `${door.policy(policy)}; report-uri ${REPORTS}`
      outgoing.writeHead(answer.statusCode, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  const note = async (incoming, outgoing) => {
    const report = JSON.parse(Buffer.concat(await incoming.toArray()))['csp-report']
    door.violations.push(`${report['violated-directive']} ${report['blocked-uri']}`)
    outgoing.writeHead(204).end()
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  door.url = `http://127.0.0.1:${server.address().port}`
  return door
}
