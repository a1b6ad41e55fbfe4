import { defineConfig } from 'tsup'

const shared = { target: 'node22', removeNodeProtocol: false } as const

export default defineConfig([
  {
    ...shared,
    entry: ['src/index.ts'],
    format: ['esm', 'cjs'],
    dts: process.env.CONNECT_SKIP_TYPES !== '1',
    // The CommonJS build finds the script beside it through import.meta.url.
    shims: true,
  },
  { ...shared, entry: ['src/bin.ts'], format: ['esm'] },
  {
    // What a page loads: one file without imports, modal included.
    entry: { initialize: 'src/browser/initialize.ts' },
    outDir: 'dist/browser',
    format: ['iife'],
    outExtension: () => ({ js: '.js' }),
    platform: 'browser',
    target: 'es2022',
    noExternal: [/.*/],
    minify: true,
  },
])
