# Fits by lm() from the text tables of a study against what the examples made of the tables of mpiqtl.
#     Rscript check.R STUDY_FOLDER LOCI_FOLDER LEADS.tsv GENE DATASET.rds PIPS.tsv-or-NA
given <- commandArgs(trailingOnly = TRUE)
text <- function(name) read.delim(file.path(given[1], name), check.names = FALSE)
matrix_of <- function(table) { m <- as.matrix(table[, -1]); rownames(m) <- table[[1]]; m }
fill <- function(m) t(apply(m, 1, function(row) ifelse(is.na(row), mean(row, na.rm = TRUE), row)))

called <- matrix_of(text("genotypes.tsv"))
genotypes <- fill(called)
expression <- fill(matrix_of(text("expression.tsv")))[, colnames(genotypes)]
covariates <- t(matrix_of(text("covariates.tsv")))[colnames(genotypes), ]
close_to <- function(found, wanted, what, tolerance = 1e-8) {
  ok <- all(is.finite(found)) && all(abs(found - wanted) <= tolerance * (abs(wanted) + 1e-12))
  if (!isTRUE(ok)) stop(what, ": ", paste(head(found), collapse = " "), " for ", paste(head(wanted), collapse = " "))
}

genes <- read.delim(file.path(given[2], "genes.tsv"))
fits <- list()
for (i in seq_len(nrow(genes))) {
  pairs <- read.delim(file.path(given[2], genes$table[i]))
  stopifnot(nrow(pairs) == genes$n_snps[i], nrow(pairs) > 10, all(diff(pairs$pos) >= 0))
  y <- expression[genes$gene[i], ]
  fit <- t(sapply(pairs$snp, function(snp) {
    coef(summary(lm(y ~ covariates + genotypes[snp, ])))[ncol(covariates) + 2, ]
  }))
  for (column in c("beta", "se", "t", "p")) {
    close_to(pairs[[column]], fit[, match(column, c("beta", "se", "t", "p"))], paste(genes$gene[i], column), 1e-7)
  }
  rest <- residuals(lm(y ~ covariates))
  close_to(genes$residual_sd[i], sqrt(sum(rest^2) / (length(y) - 1 - ncol(covariates))), "residual_sd")
  stopifnot(genes$df[i] == length(y) - ncol(covariates) - 2)
  fits[[genes$gene[i]]] <- list(snps = pairs$snp, fit = fit, rest = rest)
}

leads <- read.delim(given[3])
stopifnot(setequal(leads$gene, genes$gene))
for (i in seq_len(nrow(leads))) {
  one <- fits[[leads$gene[i]]]
  best <- which.min(one$fit[, 4])
  stopifnot(leads$snp[i] == one$snps[best])
  close_to(leads$p_bonferroni[i], min(1, one$fit[best, 4] * length(one$snps)), "p_bonferroni", 1e-7)
}

one <- fits[[given[4]]]
dataset <- readRDS(given[5])
stopifnot(identical(unname(dataset$snp), one$snps), dataset$type == "quant", dataset$N <= ncol(genotypes))
close_to(dataset$beta, one$fit[, 1], "coloc beta", 1e-7)
close_to(dataset$varbeta, one$fit[, 2]^2, "coloc varbeta", 1e-7)
frequency <- rowMeans(called[one$snps, ], na.rm = TRUE) / 2
close_to(dataset$MAF, pmin(frequency, 1 - frequency), "coloc MAF")
close_to(dataset$sdY, sqrt(sum(one$rest^2) / (length(one$rest) - 1 - ncol(covariates))), "coloc sdY")

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1])),
                 "../../docs/examples/loci.R"))
line <- genes[genes$gene == given[4], ]
R <- read_npy(file.path(given[2], line$ld))
rest <- residuals(lm(t(genotypes[one$snps, ]) ~ covariates))
stopifnot(isSymmetric(R), max(abs(R - cor(rest))) < 1e-10)
# z and R are of one regression: r of the gene from t is the correlation with its residual.
z <- one$fit[, 3]
stopifnot(max(abs(z / sqrt(z^2 + line$df) - cor(rest, one$rest))) < 1e-10)

if (given[6] != "NA") {
  # The same fit from individuals: dosages and expression in coordinates in which intercept and covariates are gone.
  left <- qr.Q(qr(cbind(1, covariates)), complete = TRUE)[, -seq_len(ncol(covariates) + 1)]
  # A row of zeros changes no sum; with it there are df + 2 rows, and columns have the sum of squares df + 1 of susie_rss.
  unit <- function(m) rbind(sweep(m, 2, sqrt(colSums(m^2) / nrow(m)), "/"), 0)
  whole <- susieR::susie(unit(crossprod(left, rest)), unit(crossprod(left, one$rest)), intercept = FALSE,
                         standardize = FALSE, estimate_residual_variance = TRUE)
  pips <- read.delim(given[6])
  found <- pips$pip[match(one$snps, pips$snp)]
  if (max(abs(found - whole$pip)) > 1e-3) stop("pips are off by ", max(abs(found - whole$pip)))
  stopifnot(which.max(found) == which.max(whole$pip), sum(!is.na(pips$credible_set)) == length(unlist(whole$sets$cs)))
  cat("pips are off by", max(abs(found - whole$pip)), "\n")
}
cat("checked\n")
