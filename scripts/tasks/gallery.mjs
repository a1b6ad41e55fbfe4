// `npm run gallery`: every element in every state, theme and language, on this machine only, until Ctrl-C. Nothing is asked of any other.
import { startGallery } from '../gallery/start-gallery.mjs'

const gallery = await startGallery({ port: Number(process.env.PORT ?? 4020) })
console.log(`
  Open      ${gallery.url}
  Ctrl-C    ends it; the sources are watched
`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => gallery.close().then(() => process.exit(0)))
