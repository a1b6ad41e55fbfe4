import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  target: 'node22',
  dts: process.env.CONNECT_SKIP_TYPES !== '1',
  clean: true,
  removeNodeProtocol: false,
})
