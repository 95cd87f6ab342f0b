import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Nothing is inlined: the page is served under a policy that allows only files of its own origin. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: "dist", emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2023" },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": process.env["CONTROL_PLANE_URL"] ?? "http://127.0.0.1:8080",
      "/auth": process.env["CONTROL_PLANE_URL"] ?? "http://127.0.0.1:8080",
    },
  },
});
