export { freePort } from "@/services/embedded/ports.ts";
