import { defineConfig } from 'vitest/config';

/**
 * For `npx vitest` in this folder, after `seatrial build`. Only a project inside the repository of Seatrial
 * needs it: there `seatrial/test` is source code.
 */
const conditions = ['seatrial-source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
});
