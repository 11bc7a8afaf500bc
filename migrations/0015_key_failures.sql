CREATE TABLE "key_failures" (
	"id" text PRIMARY KEY NOT NULL,
	"api_key_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"method" text NOT NULL,
	"path" text NOT NULL,
	"status" smallint NOT NULL,
	"code" text NOT NULL,
	"address" text,
	"idempotency_key" text
);
--> statement-breakpoint
ALTER TABLE "key_failures" ADD CONSTRAINT "key_failures_api_key_id_api_keys_id_fk" FOREIGN KEY ("api_key_id") REFERENCES "public"."api_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "key_failures_api_key_id_index" ON "key_failures" USING btree ("api_key_id","id");--> statement-breakpoint
CREATE INDEX "key_failures_at_index" ON "key_failures" USING btree ("at");