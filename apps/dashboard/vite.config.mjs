import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm start` of this tree listens, for `npx vite` while pages are written. */
const service = process.env.FENCELINE_SERVICE ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  // The policy of the page allows neither `data:` scripts nor inline ones.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1200 },
  server: { proxy: { '/api': service } },
});
