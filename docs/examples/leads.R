# The strongest SNP of every gene, in base R.
#
#     Rscript leads.R TABLE.tsv LEADS.tsv
#
# TABLE.tsv is a table of 'mpiqtl extract', or one that 'mpiqtl map --columns full' writes. A gene's p-value is multiplied
# by the number of its SNPs in the table (Bonferroni), which is the number tested if the table is of 'extract'.

files <- commandArgs(trailingOnly = TRUE)
if (length(files) != 2) stop("usage: Rscript leads.R TABLE.tsv LEADS.tsv")

# quote and comment.char: IDs may hold ' and #. A chromosome 1 stays "1".
pairs <- read.delim(files[1], quote = "", comment.char = "", check.names = FALSE,
                    colClasses = c(snp = "character", chrom = "character", ref = "character",
                                   alt = "character", gene = "character"))
strength <- if ("t" %in% names(pairs)) "t" else "F"

# Of equal |t| the first row stands: rows are in genome order.
leads <- pairs[order(-abs(pairs[[strength]]), seq_len(nrow(pairs))), ]
leads <- leads[!duplicated(leads$gene), ]
leads$n_snps <- as.vector(table(pairs$gene)[leads$gene])
leads$p_bonferroni <- pmin(leads$p * leads$n_snps, 1)
leads <- leads[order(leads$p_bonferroni),
               c("gene", "snp", "chrom", "pos", "beta", "se", strength, "p", "n_snps", "p_bonferroni")]
write.table(format(leads, digits = 15, trim = TRUE), files[2], sep = "\t", quote = FALSE, row.names = FALSE)
