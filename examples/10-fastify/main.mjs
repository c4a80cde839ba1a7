// Listens on PORT, 8080 where nobody says.
//
//   node examples/10-fastify/main.mjs &
//   jq -n --rawfile desired main.yaml --rawfile actual live.json '{$desired, $actual}' |
//     curl -s localhost:8080/reports -H 'content-type: application/json' -d @-
import { concurrency } from "drift-node";
import { service } from "./service.mjs";

// What waits beyond this is told to come again.
concurrency({ waiting: 32 });
const app = service({ logger: true });
await app.listen({ port: Number(process.env.PORT ?? 8080), host: "127.0.0.1" });
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => app.close());
