import { z } from "zod";

// Zod would else compile each schema with `new Function`, which the page's Content-Security-Policy forbids. It looks at
// this when a schema is made, so this file is imported before all that make one.
z.config({ jitless: true });
