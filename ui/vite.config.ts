import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The bundle runs in the system's web view under a content security policy without inline scripts,
// so nothing is inlined. `--mode fixture` builds the same screens on made-up snapshots, for looking at
// them in an ordinary browser; that code is not part of the product's bundle.
export default defineConfig({
  plugins: [svelte()],
  base: './',
  clearScreen: false,
  server: { port: 5173, strictPort: true },
  build: {
    target: ['es2022', 'safari16'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    emptyOutDir: true,
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node', css: true },
});
