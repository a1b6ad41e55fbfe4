import { createReadStream } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The routes of the server package, and where the modal's script comes from. Both as `npm start` has them. */
const backend = new URL(process.env.BACKEND ?? 'http://127.0.0.1:3000')
const modal = process.env.MODAL_ORIGIN ?? 'http://127.0.0.1:4010'

/** Nothing inline, and nothing from anywhere else: more the elements do not need. */
const policy = [
  "default-src 'none'",
  `script-src 'self' ${modal}`,
  "style-src 'self'",
  `img-src data: ${modal}`,
  `connect-src 'self' ${modal}`,
  `frame-src ${modal}`,
].join('; ')

const elements = import.meta.resolve('@connect-integration/element/elements.js')
const styles = import.meta.resolve('@connect-integration/element/before-defined.css')
const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript; charset=utf-8' }

// What any web server does: a few files, and one path that is handed on.
const server = createServer((incoming, outgoing) => {
  const path = incoming.url?.split('?')[0] ?? '/'
  if (path.startsWith('/api/integrations')) handOn(incoming, outgoing)
  else if (path === '/') send(outgoing, new URL('index.html', import.meta.url))
  else if (/^\/page\.(js|css)$/.test(path)) send(outgoing, new URL(`.${path}`, import.meta.url))
  else if (path === '/before-defined.css') send(outgoing, new URL(styles))
  else if (/^\/(elements|load-locale|locales\/[a-z]{2})\.js$/.test(path)) send(outgoing, new URL(`.${path}`, elements))
  else outgoing.writeHead(404).end()
})

server.listen(Number(process.env.PORT ?? 3100), '127.0.0.1', () => {
  const address = server.address()
  console.log(`listening on http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
})

function send(outgoing: ServerResponse, file: URL): void {
  outgoing.writeHead(200, { 'content-type': types[extname(file.pathname)], 'content-security-policy': policy })
  createReadStream(fileURLToPath(file))
    .on('error', () => outgoing.destroy())
    .pipe(outgoing)
}

function handOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers, url: path } = incoming
  const onward = request({ host: backend.hostname, port: backend.port, path, method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()))
  incoming.pipe(onward)
}
