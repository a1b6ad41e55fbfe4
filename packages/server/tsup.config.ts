import { defineConfig } from 'tsup'

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/storage/index.ts',
    'src/storage/memory.ts',
    'src/http/index.ts',
    'src/node/index.ts',
    'src/models/index.ts',
    'src/browser.ts',
  ],
  format: ['esm', 'cjs'],
  target: 'node22',
  dts: process.env.CONNECT_SKIP_TYPES !== '1',
  clean: true,
  removeNodeProtocol: false,
  // Bundled, so that neither shows in a user's tree; ky is ESM only besides.
  noExternal: ['ky', 'zod'],
})
