import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// The routes of the server package. Here that is the app of examples/node-sqlite, which `npm start` runs.
const proxy = { '/api/integrations': process.env.BACKEND ?? 'http://127.0.0.1:3000' }

export default defineConfig({
  plugins: [svelte()],
  server: { proxy },
  preview: { proxy },
})
