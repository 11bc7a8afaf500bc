-- NOT VALID: the new columns of daily_usage are 0 in every row, so nothing needs the scan that would hold the table's lock.
-- IF NOT EXISTS: building an index in a transaction keeps writers of a large table waiting. Where posts or comments are many,
-- build these before with CREATE INDEX CONCURRENTLY (src/OPERATIONS.md); the migration then finds them.
CREATE TABLE "link_fetches" (
	"hash" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"fetched_at" timestamp (3) with time zone NOT NULL,
	"is_done" boolean DEFAULT false NOT NULL,
	"preview" json
);
--> statement-breakpoint
ALTER TABLE "daily_usage" ALTER COLUMN "creations" SET DEFAULT 0;--> statement-breakpoint
ALTER TABLE "audit_log" ADD COLUMN "count" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_log" ADD COLUMN "last_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "daily_usage" ADD COLUMN "jes" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "daily_usage" ADD COLUMN "jehubs" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "daily_usage" ADD COLUMN "follows" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "daily_usage" ADD COLUMN "uploads" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "daily_usage" ADD COLUMN "upload_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "daily_usage" ADD COLUMN "keys" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "link_fetches_fetched_at_index" ON "link_fetches" USING btree ("fetched_at");--> statement-breakpoint
CREATE INDEX "link_fetches_account_id_index" ON "link_fetches" USING btree ("account_id","fetched_at");--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "api_keys_ended_at_index" ON "api_keys" USING btree (least("revoked_at", "expires_at"),"id") WHERE least("api_keys"."revoked_at", "api_keys"."expires_at") IS NOT NULL;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "comments_api_key_id_index" ON "comments" USING btree ("api_key_id") WHERE "comments"."api_key_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "jesclip_comments_api_key_id_index" ON "jesclip_comments" USING btree ("api_key_id") WHERE "jesclip_comments"."api_key_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "jehubs_creator_id_index" ON "jehubs" USING btree ("creator_id");--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "jesclips_api_key_id_index" ON "jesclips" USING btree ("api_key_id") WHERE "jesclips"."api_key_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "posts_api_key_id_index" ON "posts" USING btree ("api_key_id") WHERE "posts"."api_key_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "posts_jehub_id_index" ON "posts" USING btree ("jehub_id") WHERE "posts"."jehub_id" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "daily_usage" ADD CONSTRAINT "daily_usage_jes" CHECK ("daily_usage"."jes" <= 2000) NOT VALID;--> statement-breakpoint
ALTER TABLE "daily_usage" ADD CONSTRAINT "daily_usage_jehubs" CHECK ("daily_usage"."jehubs" <= 10) NOT VALID;--> statement-breakpoint
ALTER TABLE "daily_usage" ADD CONSTRAINT "daily_usage_follows" CHECK ("daily_usage"."follows" <= 400) NOT VALID;--> statement-breakpoint
ALTER TABLE "daily_usage" ADD CONSTRAINT "daily_usage_uploads" CHECK ("daily_usage"."uploads" <= 200) NOT VALID;--> statement-breakpoint
ALTER TABLE "daily_usage" ADD CONSTRAINT "daily_usage_upload_bytes" CHECK ("daily_usage"."upload_bytes" <= 2147483648) NOT VALID;--> statement-breakpoint
ALTER TABLE "daily_usage" ADD CONSTRAINT "daily_usage_keys" CHECK ("daily_usage"."keys" <= 100) NOT VALID;