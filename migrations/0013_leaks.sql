ALTER TABLE "api_keys" ADD COLUMN "leak_url" text;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "leak_mail_due" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "leak_dismissed_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "api_keys_leak_mail_due_index" ON "api_keys" USING btree ("revoked_at") WHERE "api_keys"."leak_mail_due";