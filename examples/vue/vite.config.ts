import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// The routes of the server package. Here that is the app of examples/node-sqlite, which `npm start` runs.
const proxy = { '/api/integrations': process.env.BACKEND ?? 'http://127.0.0.1:3000' }

export default defineConfig({
  plugins: [
    // Else Vue looks for components of these names.
    vue({ template: { compilerOptions: { isCustomElement: (tag) => /^(connect|integration)-/.test(tag) } } }),
  ],
  server: { proxy },
  preview: { proxy },
})
